// What a measurement is: it prints its figures and says whether they are within the budget.

export interface BenchOptions {
  /** How long the measurements that only mean something over time go on. */
  readonly minutes: number;
  /** How many reports the large fleet has. */
  readonly reports: number;
}

export interface Measurement {
  readonly title: string;
  /** The budget in words, as docs/performance.md has it. */
  readonly budget: string;
  /** Prints its figures; answers whether they are within the budget. Throws when it could not measure at all. */
  readonly measure: (print: (line: string) => void, options: BenchOptions) => Promise<boolean>;
}
