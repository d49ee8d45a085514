// Constants of a formula that is a sum, from measured examples: the ones for which the squares of
// its errors are least, each as a share of what was measured.

export interface Fit {
  /** One for each column, in the unit of `y` for one of the column. */
  readonly constants: readonly number[];
  /** The largest error, as a share of what was measured. */
  readonly worst: number;
}

/** Fits y ≈ Σ constant · x. Throws where the examples do not tell the columns apart. */
export function leastSquares(measured: readonly { readonly x: readonly number[]; readonly y: number }[]): Fit {
  const examples = measured.map(({ x, y }) => ({ x: x.map((value) => value / y), y: 1 }));
  const columns = examples[0]?.x.length ?? 0;
  const at = (x: readonly number[], column: number): number => x[column] ?? 0;
  const sum = (of: (example: { readonly x: readonly number[]; readonly y: number }) => number): number =>
    examples.reduce((all, example) => all + of(example), 0);
  // The normal equations, each with its right side at the end, solved by elimination.
  const rows = Array.from({ length: columns }, (_, row) => [
    ...Array.from({ length: columns }, (__, column) => sum(({ x }) => at(x, row) * at(x, column))),
    sum(({ x, y }) => at(x, row) * y),
  ]);
  for (let pivot = 0; pivot < columns; pivot += 1) {
    const best = rows.slice(pivot).reduce((a, b) => (Math.abs(at(b, pivot)) > Math.abs(at(a, pivot)) ? b : a));
    if (Math.abs(at(best, pivot)) < 1e-12) throw new Error('the examples do not tell the columns apart');
    rows.splice(rows.indexOf(best), 1);
    const scaled = best.map((value) => value / at(best, pivot));
    rows.splice(pivot, 0, scaled);
    for (const [index, row] of rows.entries()) {
      if (index === pivot) continue;
      rows[index] = row.map((value, column) => value - at(row, pivot) * at(scaled, column));
    }
  }
  const constants = rows.map((row) => at(row, columns));
  const errors = examples.map(({ x, y }) =>
    Math.abs(constants.reduce((all, constant, column) => all + constant * at(x, column), 0) - y),
  );
  return { constants, worst: Math.max(...errors) };
}
