// `npm run bench [-- NAME…]`: measures what has a budget.
import { bench } from './command.ts';
import { onRealApiServer } from './on-real.ts';

const argv = process.argv.slice(2);
const say = (line: string): void => console.error(line);
process.exitCode = argv.includes('--real')
  ? await onRealApiServer(import.meta.filename, argv, say)
  : await bench(argv, (line) => console.log(line), say);
