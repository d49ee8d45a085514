// Loaded before the unit tests by `npm run fuzz` alone: how many cases a property runs that does not say so itself.
import fc from 'fast-check';

fc.configureGlobal({ numRuns: Number(process.env['FUZZ_CASES']) });
