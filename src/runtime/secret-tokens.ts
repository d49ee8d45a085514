// Secrets that give themselves away, whatever stands around them: tokens that their makers marked, hashes of passwords,
// encrypted values, keys. Every pattern is linear: no nested quantifier, no ambiguous alternation.
import { MASK } from './known-secrets.ts';

/** What the makers of tokens put in front of them, so that they are found. */
const PREFIXES = [
  'gh[opsur]_|github_pat_|glpat-|gl(?:dt|rt|ptt|cbt|soat|imt|ft|oas|agent)-',
  'npm_|pypi-|dckr_(?:pat|oat)_|hf_|do[opr]_v1_|shp(?:at|ss|ca|pa)_|sq[apu]_|lin_(?:api|oauth)_|rubygems_|PMAK-|NRAK-|nvapi-|gsk_|figd_|ntn_|tskey-',
  'gl(?:sa|c)_|sntry[su]_|pscale_(?:tkn|pw|oauth)_|sbp_|ops_|dp\\.(?:pt|st|ct|sa)\\.|amzn\\.mws\\.|AGE-SECRET-KEY-(?:PQ-)?1|ATATT3|ATCTT3|pat-(?:na|eu)[0-9]-',
  'GOCSPX-|HRKU-|pul-[0-9a-f]{8}|dapi[0-9a-f]{16}|fm[12]_|AKCp[0-9]|CFPAT-|xkeysib-|bkua_|r8_|pplx-|sq0(?:atp|csp)-|LTAI[0-9]|LS0tLS1CRUdJTi',
].join('|');

/** Of each the first group is kept, the rest is masked. */
const TOKENS: readonly RegExp[] = [
  new RegExp(`()\\b(?:${PREFIXES})[A-Za-z0-9_-]{8,4096}={0,2}`, 'g'),
  /()\b(?:xox[a-z][.-]|xapp-)[A-Za-z0-9.-]{8,4096}/g,
  /()\b(?:[srp]k_(?:live|test)_|whsec_)[A-Za-z0-9]{8,4096}/g,
  /()\bsk-[A-Za-z0-9_-]{20,4096}/g,
  /()\b(?:hv[sbr]\.[A-Za-z0-9_-]{8,4096}|s\.[A-Za-z0-9]{24}\b)/g,
  /()\bSG\.[A-Za-z0-9_-]{10,128}\.[A-Za-z0-9_-]{10,256}/g,
  /()\b(?:AIza[A-Za-z0-9_-]{30,64}|ya29\.[A-Za-z0-9_-]{10,4096}|1\/\/0[A-Za-z0-9_-]{20,512}|[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{30,40})/g,
  /()\b(?:AC|SK|key-)[0-9a-f]{32}\b|()\b[0-9a-f]{32}-us[0-9]{1,2}\b/g,
  /()\b[A-Za-z0-9]{10,20}\.atlasv1\.[A-Za-z0-9_-]{10,256}/g,
  /((?:hooks\.slack\.com\/[a-z]{1,20}|discord(?:app)?\.com\/api\/webhooks|\.webhook\.office\.com\/webhookb2)\/)[A-Za-z0-9/_@-]{8,256}/gi,
  /()\b(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{32,64}/g,
  /(\bK10[0-9a-f]{16,128}::[a-z]{1,16}:)[^\s"']{8,256}/g,
  // AWS access key ids, JWTs
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{0,4096}(?:\.[A-Za-z0-9_-]{0,4096}){1,3}/g,
  /()\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{4,4096}/g,
];

/** Hashes of passwords can be tried at leisure. */
const HASHES: readonly RegExp[] = [
  // crypt's, with its parameters
  /()\$(?:2[abxy]|apr1|argon2(?:id?|d)|[1567y]|gy|sha1|md5|scrypt|pbkdf2[a-z0-9-]{0,16}|A\$[0-9]{3})[$,][^\s"']{8,4096}/g,
  /()\$[PHS]\$[./A-Za-z0-9]{20,80}/g,
  // those of LDAP and Spring, which say their kind in braces; and what is encrypted in the same way
  /(\{(?:S?SHA(?:-?(?:1|224|256|384|512))?|S?MD[45]|CRYPT|PBKDF2[A-Z0-9@_-]{0,24}|S?CRYPT|ARGON2[A-Z0-9@_-]{0,24}|BCRYPT|NOOP|LDAP|NTHASH|LANMAN|SASL|CIPHER|AES)\})[^\s"'<>,;}]{1,4096}/gi,
  // those of Python: pbkdf2_sha256$…, scrypt:32768:8:1$…
  /()\b(?:pbkdf2|scrypt|bcrypt|argon2)[_:$][\w:.-]{0,64}\$[^\s"']{8,4096}/g,
  // PostgreSQL's, MySQL's, NTLM's
  /()(?:SCRAM-SHA-(?:1|256|512)\$[0-9]{1,9}:[^\s"']{8,512}|\bmd5[0-9a-f]{32}\b)/g,
  /()\*[0-9A-F]{40}\b/g,
  /()\b[0-9a-f]{32}:[0-9a-f]{32}\b/gi,
];

/** Encrypted with a key that may leak later. */
const ENCRYPTED: readonly RegExp[] = [
  /(\b(?:ENC|DEC)[([])[^\s)\]]{4,4096}/g,
  /(\bvault:v[0-9]{1,4}:)[A-Za-z0-9+/=]{8,4096}/g,
  /(\$ANSIBLE_VAULT;[^\s]{1,64}\s{1,12})[0-9a-f][0-9a-f\s]{8,65536}/g,
];

/** The parts of a JSON Web Key that are its owner's alone. */
const PRIVATE_PARTS = /("(?:d|p|q|dp|dq|qi|k)"\s{0,4}:\s{0,4}")[^"]{1,4096}/g;
/** A user and a password, as Docker keeps them. */
const PAIR = /("auth"\s{0,4}:\s{0,4}")([A-Za-z0-9+/_-]{4,4096}={0,2})/g;

/** The text with everything masked that is a secret by itself. */
export function maskTokens(text: string): string {
  let out = text;
  for (const shape of [...TOKENS, ...HASHES, ...ENCRYPTED])
    out = out.replace(shape, (_, kept?: string) => `${kept ?? ''}${MASK}`);
  if (out.includes('"kty"')) out = out.replace(PRIVATE_PARTS, `$1${MASK}`);
  return out.replace(PAIR, (whole, kept: string, word: string) =>
    /^[\u0020-\u007e]*:[\u0020-\u007e]*$/.test(Buffer.from(word, 'base64').toString('latin1'))
      ? `${kept}${MASK}`
      : whole,
  );
}
