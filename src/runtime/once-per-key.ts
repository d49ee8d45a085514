// What is asked of a key is asked once, whoever asks, and however many at the same time.

/** `ask`, whose first answer for a key is everybody's. Kept for as long as the function itself is. */
export function oncePerKey<Rest extends readonly unknown[], T>(
  ask: (key: string, ...rest: Rest) => T,
): (key: string, ...rest: Rest) => T {
  const answers = new Map<string, { readonly answer: T }>();
  return (key, ...rest) => {
    let known = answers.get(key);
    if (known === undefined) {
      known = { answer: ask(key, ...rest) };
      answers.set(key, known);
    }
    return known.answer;
  };
}
