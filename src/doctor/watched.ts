// What an operator was told, read from the arguments that its Deployment gives it: what to watch, and which Lease is its own.
import type { Watched } from './seen.ts';

const NAMESPACE = ['-n', '--namespace'];
const SELECTOR = ['-l', '--selector'];
const LEASE_NAME = ['--lease-name'];

/** The last selector counts, every namespace does: as the command line takes them. */
export function watchedBy(args: readonly string[]): Watched {
  return { namespaces: [...new Set(valuesOf(args, NAMESPACE))], selector: valuesOf(args, SELECTOR).at(-1) };
}

/** The last one counts; undefined where nobody said. */
export function leaseNameIn(args: readonly string[]): string | undefined {
  return valuesOf(args, LEASE_NAME).at(-1);
}

function valuesOf(args: readonly string[], flags: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    if (flags.includes(arg)) return args.slice(index + 1, index + 2);
    const flag = flags.find((one) => arg.startsWith(`${one}=`));
    return flag === undefined ? [] : [arg.slice(flag.length + 1)];
  });
}
