// Kubernetes quantities: `1800m`, `2Gi`, `1.5`, `2e9`.

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a quantity stands for (cores, bytes), or undefined when the text is not one. */
export function parseQuantity(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const parts = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[eE]([+-]?[0-9]{1,2})|([a-zA-Z]{0,2}))$/.exec(text);
  if (parts === null) return undefined;
  const [, digits = '', exponent, suffix = ''] = parts;
  const factor = exponent === undefined ? SUFFIXES[suffix] : 10 ** Number(exponent);
  return factor === undefined ? undefined : Number(digits) * factor;
}
