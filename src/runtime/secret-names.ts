// What is called secret: the names of keys, elements, options and columns whose value nobody may see.

/** What keys are called that nobody may see; `public key` and `key id` are none of them. */
const KEYS = [
  'access|account|api|auth|client|consumer|cookie|crypto|deploy|encrypt(?:ion)?|functions|hmac|instrumentation|integration',
  'keystore|licen[cs]e|master|pre[_-]?shared|private|recovery|root|secret(?:[_ .-]?access)?|session|shared[_-]?access',
  'sign(?:ing)?|ssh|storage|subscription|unseal|wrapping',
].join('|');

/** What a code is for that lets somebody in. */
const CODES =
  'access|activation|auth(?:orization)?|backup|device|mfa|otp|pairing|recovery|reset|security|user|verification';

/** Longer names first: where one is the beginning of another, the longer one has to be met. */
const NAMES = [
  `(?:${KEYS})[_ .-]?key(?:[_-]?base)?|shared[_-]?access[_-]?signature`,
  `(?:${CODES})[_-]code|code_verifier|id_token_hint|(?:client|saml)_?assertion|SAML(?:Request|Response|art)`,
  // neither compass nor bypass
  // SQL
  'identified\\s{1,4}(?:with\\s{1,4}\\S{1,64}\\s{1,4})?(?:by|as)(?:\\s{1,4}(?:password|values))?',
  '(?<!by|com|sur)pass(?:[_ -]?phrase|words?|wd|code|wort)?|pwd|pw|kennwort|mot[ _]de[ _]passe|contrase(?:ñ|n)a',
  'secret(?:[_-]?id)?|credentials?|(?<!unexpected |unrecognized |illegal |unknown )token|identitytoken|redis(?:cli)?_auth|master_?auth|(?<![a-z])_auth',
  '[a-z]{0,12}sess(?:ion)?[_-]?id|csrf|crumb|erlang[_-]cookie|setcookie|\\bpsk|authtok|\\.?dockerc(?:onfigjson|fg)',
].join('|');

/** What may follow such a name and leaves its value secret. A path, a type, an end or a name of a Secret is none. */
const ENDINGS =
  'base64|b64|binary|confirm(?:ation)?|current|data|encrypted|hash|new|old|plain(?:text)?|repeat|string|text|value|verify';

/** Where a text has no such word it is not looked through for names. Cheap, because most texts have none. */
export const NAME_HINT =
  /pass|pw|secret|credential|token|auth|key|sess|csrf|identified|code|saml|assertion|kennwort|contrase|cookie|crumb|psk|dockerc/i;

/** A name with its ending; the first group is the s of several. Global: `lastIndex` says where to go on. */
export const secretName = (): RegExp =>
  new RegExp(`(?:${NAMES})(?:[_ -]?(?:${ENDINGS}))?(s)?(?:[_ ]?[0-9]{1,3})?`, 'gi');

/** Whether a list of columns or the like has such a name in it. */
export function namesSecret(text: string): boolean {
  return secretName().test(text);
}
