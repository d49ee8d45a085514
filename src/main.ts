// The entry point: gives the process to the program and its exit code back to the process.
import { run } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

// The SDK's notice about coming Node versions is for us, not for whoever reads our stderr.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

process.exitCode = await run(process.argv.slice(2), processTerminal());

// A handle that something left open (a credential endpoint that accepts and never answers) must not hold a process whose
// work is over: whoever runs it waits for its end.
setTimeout(() => process.exit(), 1_000).unref();
