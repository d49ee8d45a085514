// References and encrypted values that something puts the real value in for as the pod starts: a webhook, a plugin of the
// driver, a decrypting library. They are no values.

const LATER: readonly (readonly [RegExp, string])[] = [
  [/^(?:>>)?vault:/i, 'a reference to Vault'],
  [/^arn:aws[a-z-]*:(?:secretsmanager|ssm):/i, 'a reference to a store of AWS'],
  [/^(?:gcp|azure|aws)?(?:sm|secretsmanager|ssm|kv|secrets?):\/\//i, 'a reference to a store of secrets'],
  [/^ENC\(.*\)$/s, 'encrypted'],
  [/^\{cipher\}/, 'encrypted'],
];

/** Why a text is no value; the end of a sentence. Undefined: it is one. */
export function putInLater(text: string): string | undefined {
  const found = LATER.find(([pattern]) => pattern.test(text.trim()));
  return found === undefined ? undefined : `is ${found[1]}, and what the pods get for it cannot be seen from here`;
}
