import { configDefaults, defineConfig } from 'vitest/config';

/** `npm run fuzz`: properties with many more cases. In ms. */
const within = (ms: number): number => (process.env['FUZZ_TIMES'] === undefined ? ms : 36_000_000);

/** `npm run test:real -- --minio` */
const withoutMinio = process.env['RECOGNIZE_HEALTH_MINIO'] !== '1';

/** Within `npm run test:real`. */
const isOnRealParts = process.env['TEST_KUBECONFIG'] !== undefined;

/** What is waited for comes late on a busy machine: no test fails for that. In ms. */
const expectation = { poll: { timeout: 60_000 } };

/** What a function decides, what every entry of a registry promises, what the whole does on the stack, and on real parts. */
export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Nothing replaces a module or leaves a global behind: the files of a worker share what they read.
          isolate: false,
          testTimeout: within(30_000),
          setupFiles: ['test/support/cases.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          isolate: false,
          include: ['test/contract/**/*.test.ts'],
          testTimeout: within(30_000),
          setupFiles: ['test/support/cases.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          expect: expectation,
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/bundle.ts'],
          setupFiles: ['test/support/cases.ts', ...(isOnRealParts ? ['test/support/end-of-file.ts'] : [])],
          testTimeout: within(120_000),
          hookTimeout: 120_000,
          // A third waits while two compute: much of what these tests do is wait for a process or an interval.
          maxWorkers: 3,
          // A group of its own: vitest refuses projects of one group with different numbers of workers.
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Parts that others wrote: `npm run test:real` starts these where the parts are.
        test: {
          name: 'real',
          expect: expectation,
          include: ['test/real/**/*.test.ts'],
          setupFiles: ['test/support/end-of-file.ts'],
          exclude: [...configDefaults.exclude, ...(withoutMinio ? ['test/real/minio.test.ts'] : [])],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
