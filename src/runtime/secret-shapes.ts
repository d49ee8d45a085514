// What gives a secret away by its shape, for those that nobody told us: masked in whatever the other side sends.
// Every pattern is linear: no nested quantifier, no ambiguous alternation.
import { MASK } from './known-secrets.ts';

/** What keys are called that nobody may see; `public key` and `key id` are none of them. */
const KEYS =
  'access|account|api|auth|client|crypto|encrypt(?:ion)?|functions|hmac|instrumentation|master|private|secret(?:[_ -]?access)?|session|shared[_-]?access|sign(?:ing)?|ssh|subscription';

/** Names that say that their value is secret. */
const NAMES = `pass(?:word|wd|[_ -]?phrase)?|pwd|pw|secret|credentials?|token|redis(?:cli)?_auth|\\b_auth|(?:${KEYS})[_ -]?key(?:[_-]?(?:data|base))?|shared[_-]?access[_-]?signature|[a-z]{0,12}sess(?:ion)?[_-]?id|csrf`;

/** A quote as it is, or as a text within a text has it. */
const QUOTE = '(?:\\\\{0,7}["\']|&quot;|&#34;|%22)';
/** What stands between a name and its value. */
const IS = `${QUOTE}?\\s{0,4}(?:=>|[=:>→]|%3d|%3a|\\\\u003[ad]|&#61;)\\s{0,4}`;
/** A list or an object around the value. */
const WITHIN = `(?:[\\[({]\\s{0,4}(?:${QUOTE}?[a-z]{1,32}${QUOTE}?\\s{0,4}[=:]\\s{0,4})?)?`;

/** What the makers of tokens put in front of them, so that they are found. */
const PREFIXES = [
  'gh[opsur]_|github_pat_|glpat-|gl(?:dt|rt|ptt|cbt|soat|imt|ft|oas|agent)-',
  'npm_|pypi-|dckr_(?:pat|oat)_|hf_|do[opr]_v1_|shp(?:at|ss|ca|pa)_|sq[pu]_|lin_api_|rubygems_|PMAK-|NRAK-|nvapi-|gsk_|figd_|ntn_|tskey-',
  'gl(?:sa|c)_|sntry[su]_|pscale_(?:tkn|pw|oauth)_|sbp_|ops_|dp\\.(?:pt|st|ct|sa)\\.|amzn\\.mws\\.|AGE-SECRET-KEY-1|ATATT3|pat-(?:na|eu)[0-9]-',
].join('|');

/** Where a text has no such word it is not looked through for the shapes that have names. */
const HINT = /pass|pwd|pw|secret|credential|token|auth|key|sess|csrf|identified/i;

/** Of each the first group is kept, the rest is masked. */
const NAMED: readonly RegExp[] = [
  // key="value", key: 'value' and "key":"value" to the quote that ends it, or to the end where it was cut off
  new RegExp(`((?:${NAMES})${IS}${WITHIN}")(?:[^"\\\\]|\\\\.){1,4096}`, 'gis'),
  new RegExp(`((?:${NAMES})${IS}${WITHIN}')[^']{1,4096}`, 'gi'),
  // the same in a text within a text: \\"key\\":\\"value\\"
  new RegExp(
    `((?:${NAMES})${IS}${WITHIN}(?:\\\\{1,7}["']|&quot;|&#34;|%22))(?:(?!&quot;|&#34;|%22)[^"']){1,4096}`,
    'gi',
  ),
  // key=value, key: value, <key>value and --key value; what ends a value may also be a part of it, a blank is not
  new RegExp(`((?:${NAMES})${IS}(?:bearer |basic )?)[^\\s"'<>&]{1,4096}`, 'gi'),
  // name="key" value="value"
  /(\b(?:name|key)["']?\s{0,4}[=:]\s{0,4}["']?[\w.-]{0,64}(?:password|passwd|pwd|secret|token|key)["']?[\s,;]{1,8}["']?value["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"'<>,;]{1,4096}/gi,
  // arguments: --db-password value, and what openssl takes
  /(--[a-z0-9-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|token|secret|api-?key)[a-z-]{0,40}[\s=]{1,4}["']?)[^\s"'<>&-][^\s"']{0,4096}/gi,
  /(\bpass(?:in|out)?\s{1,4}["']?(?:pass:)["']?)[^\s"']{1,4096}/gi,
  // a sentence that ends in it: a word with a digit in it is no word
  /(\bpass(?:word|phrase)\s{1,4}(?:(?:is|was|of)\s{1,4})?["'([]?)(?=[^\s]{0,64}[a-z])(?=[^\s]{0,64}[0-9])[^\s"'()[\]<>]{6,4096}/gi,
  // SQL that makes a role
  /(\b(?:identified\s{1,4}(?:with\s{1,4}\S{1,64}\s{1,4})?(?:by|as)|password)(?:\s{1,4}for\s{1,4}\S{1,128})?\s{0,4}[=(]?\s{0,4}(?:values\s{1,4})?')(?:[^']|''){1,4096}/gi,
  /(\bidentified\s{1,4}by\s{1,4}(?:values\s{1,4})?"?)[^\s'"]{1,4096}/gi,
];

/** With a user in front of a host. */
const USERINFO: readonly RegExp[] = [
  // userinfo of a URL: scheme://user:password@, also with an @ in the password
  /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]{1,512}(?=@)/gi,
  // the same without a scheme, in front of a port or a path; and Oracle's user/password@
  /(\b[a-z0-9._-]{1,64}:)[^\s:@/"'<>]{3,256}(?=@[a-z0-9.-]{1,253}(?::[0-9]{2,5}|\/))/gi,
  /(\b(?:jdbc:oracle:[a-z]{1,10}:|(?:sqlplus|rman|expdp|impdp)\s{1,4})[^\s/@"']{1,128}\/)[^\s@]{1,512}(?=@)/gi,
];

const OTHERS: readonly RegExp[] = [
  // headers whose whole value is a credential, whatever its scheme
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie)["']?\s{0,4}[=:]\s{0,4})[^\r\n]{1,4096}/gi,
  /\b((?:bearer|basic) )[A-Za-z0-9._~+/=-]{8,4096}/gi,
  // parts of a signed AWS request; as words of ours they come without an equals sign
  /((?:signature|credential)["']?=["']?)[A-Za-z0-9%/+=-]{8,4096}/gi,
  /(<[a-z]{0,20}signature[a-z]{0,20}>)[^<]{1,4096}/gi,
  // a signature or a key in the query of a URL (Azure, CloudFront, Google), alone or after others
  /((?:^|[?&;\s"'])(?:sig|hmac)=)[A-Za-z0-9%/+=_-]{6,4096}/gi,
  /([?&](?:key|code|sid)=)[^\s&"'<>#]{8,4096}/gi,
  // arguments of programs that take user:password, or a password behind a letter
  /(\bcurl\b[^\r\n|;]{0,512}\s(?:-u|--user|--proxy-user)[\s=]{0,4}["']?)[^\s"':]{0,256}:[^\s"']{1,4096}/gi,
  /(\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|docker|podman|helm|redis-cli|valkey-cli)\b[^\r\n|;]{0,256}?\s-[pa]\s?["']?)[^\s"'-][^\s"']{0,4096}/g,
  // hashes of passwords can be tried at leisure: crypt's, PostgreSQL's
  /()\$(?:2[abxy]|argon2(?:id?|d)|[156y]|scrypt|pbkdf2[a-z0-9-]{0,16})\$[^\s"']{8,512}/g,
  /()(?:SCRAM-SHA-256\$[0-9]{1,9}:[^\s"']{8,512}|\bmd5[0-9a-f]{32}\b)/g,
  // tokens by what they begin with
  new RegExp(`()\\b(?:${PREFIXES})[A-Za-z0-9_-]{8,4096}`, 'g'),
  /()\b(?:xox[a-z]-|xapp-)[A-Za-z0-9-]{8,4096}/g,
  /()\b(?:[srp]k_(?:live|test)_|whsec_)[A-Za-z0-9]{8,4096}/g,
  /()\bsk-[A-Za-z0-9_-]{20,4096}/g,
  /()\b(?:hv[sbr]\.[A-Za-z0-9_-]{8,4096}|s\.[A-Za-z0-9]{24}\b)/g,
  /()\bSG\.[A-Za-z0-9_-]{10,128}\.[A-Za-z0-9_-]{10,256}/g,
  /()\b(?:AIza[A-Za-z0-9_-]{30,64}|ya29\.[A-Za-z0-9_-]{10,4096})/g,
  /()\b(?:AC|SK|key-)[0-9a-f]{32}\b/g,
  /()\b[A-Za-z0-9]{10,20}\.atlasv1\.[A-Za-z0-9_-]{10,256}/g,
  /((?:hooks\.slack\.com\/[a-z]{1,20}|discord(?:app)?\.com\/api\/webhooks)\/)[A-Za-z0-9/_-]{8,256}/gi,
  /()\b(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{32,64}/g,
  // AWS access key ids, JWTs
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{0,4096})?/g,
];

const PEM = /-----? ?BEGIN[A-Z0-9 +%]{0,60}PRIVATE(?: |\+|%20)KEY|\bPrivate-Lines:/;

/** As long as an AWS secret access key or a line of a PEM block. Words, paths and hexadecimal digests are not like it. */
const LONG_RUN = /[A-Za-z0-9+/_-]{40,4096}={0,2}/g;

/** The text with everything masked that has the shape of a secret. */
export function maskShapes(text: string): string {
  const pem = text.search(PEM);
  let out = pem === -1 ? text : text.slice(0, pem) + MASK;
  const shapes = [text.includes('@') ? USERINFO : [], HINT.test(text) ? NAMED : [], OTHERS].flat();
  for (const shape of shapes) out = out.replace(shape, `$1${MASK}`);
  return out.replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}

/** Base64 of random bytes is a quarter and more of either case, with digits between; words in CamelCase are not. */
function looksRandom(run: string): boolean {
  const share = (of: RegExp): number => (run.match(of)?.length ?? 0) / run.length;
  return share(/[A-Z]/g) >= 0.2 && share(/[a-z]/g) >= 0.2 && share(/[0-9]/g) > 0;
}
