// What gives a secret away by its shape, for those that nobody told us: masked in whatever the other side sends.
// Every pattern is linear: no nested quantifier, no ambiguous alternation.
import { MASK } from './known-secrets.ts';

/** Names that say that their value is secret. */
const NAMES =
  'pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?access[_-]?key|[_-]?key)?|access[_-]?token|api[_-]?key|token|client[_-]?secret|(?:private|client)[_-]?key(?:[_-]?data)?|(?:account|shared[_-]?access)[_-]?(?:key|signature)';

/** The first group is kept, the rest is masked. */
const SHAPES: readonly RegExp[] = [
  // userinfo of a URL: scheme://user:password@, also with an @ in the password
  /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]{1,512}(?=@)/gi,
  // headers whose whole value is a credential, whatever its scheme
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie)["']?\s{0,4}[=:]\s{0,4})[^\r\n]{1,4096}/gi,
  // key="value", key: 'value' and "key":"value" to the quote that ends it, or to the end where it was cut off
  new RegExp(`((?:${NAMES})["']?\\s{0,4}[=:]\\s{0,4}")(?:[^"\\\\]|\\\\.){1,4096}`, 'gis'),
  new RegExp(`((?:${NAMES})["']?\\s{0,4}[=:]\\s{0,4}')[^']{1,4096}`, 'gi'),
  // key=value, key: value, <key>value and --key value; what ends a value may also be a part of it, a blank is not
  new RegExp(`((?:${NAMES})["']?\\s{0,4}[=:>]\\s{0,4}(?:bearer |basic )?)[^\\s"'<>&]{1,4096}`, 'gi'),
  /(--[a-z-]{0,40}(?:password|token|secret)[a-z-]{0,40}\s{1,4})[^\s"'<>&-][^\s]{0,4096}/gi,
  /\b((?:bearer|basic) )[A-Za-z0-9._~+/=-]{8,4096}/gi,
  // parts of a signed AWS request; as words of ours they come without an equals sign
  /((?:signature|credential)["']?=["']?)[A-Za-z0-9%/+=-]{8,4096}/gi,
  /(<[a-z]{0,20}signature[a-z]{0,20}>)[^<]{1,4096}/gi,
  // a signature in the query of a URL (Azure SAS, CloudFront), alone or after others
  /((?:^|[?&;\s"'])(?:sig|hmac)=)[A-Za-z0-9%/+=_-]{6,4096}/gi,
  // SQL that makes a role, and arguments that take user:password or a password
  /(\b(?:identified\s{1,4}by|password)\s{1,4}(?:values\s{1,4})?')(?:[^']|''){1,4096}/gi,
  /(\bidentified\s{1,4}by\s{1,4}(?:values\s{1,4})?"?)[^\s'"]{1,4096}/gi,
  /(\bcurl\b[^\r\n|;]{0,512}\s(?:-u|--user|--proxy-user)[\s=]{0,4}["']?)[^\s"':]{0,256}:[^\s"']{1,4096}/gi,
  // what the makers of tokens put in front of them, so that they are found
  /()\b(?:gh[opsur]_|github_pat_|glpat-|gl(?:dt|rt|ptt|cbt|soat|imt|ft|oas|agent)-|npm_|pypi-|dckr_pat_|hf_|dop_v1_|shpat_|sqp_|lin_api_)[A-Za-z0-9_-]{8,4096}/g,
  /()\b(?:xox[a-z]-|xapp-)[A-Za-z0-9-]{8,4096}/g,
  /()\b(?:[srp]k_(?:live|test)_|whsec_)[A-Za-z0-9]{8,4096}/g,
  /()\bsk-[A-Za-z0-9_-]{20,4096}/g,
  /()\bhv[sbr]\.[A-Za-z0-9_-]{8,4096}/g,
  /()\bSG\.[A-Za-z0-9_-]{10,128}\.[A-Za-z0-9_-]{10,256}/g,
  /()\b(?:AIza[A-Za-z0-9_-]{30,64}|ya29\.[A-Za-z0-9_-]{10,4096})/g,
  /(hooks\.slack\.com\/[a-z]{1,20}\/)[A-Za-z0-9/_-]{8,256}/gi,
  // AWS access key ids, JWTs
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{0,4096})?/g,
];

const PEM = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;

/** As long as an AWS secret access key or a line of a PEM block. Words, paths and hexadecimal digests are not like it. */
const LONG_RUN = /[A-Za-z0-9+/_-]{40,4096}={0,2}/g;

/** The text with everything masked that has the shape of a secret. */
export function maskShapes(text: string): string {
  const pem = text.search(PEM);
  let out = pem === -1 ? text : text.slice(0, pem) + MASK;
  for (const shape of SHAPES) out = out.replace(shape, `$1${MASK}`);
  return out.replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}

/** Base64 of random bytes is a quarter and more of either case, with digits between; words in CamelCase are not. */
function looksRandom(run: string): boolean {
  const share = (of: RegExp): number => (run.match(of)?.length ?? 0) / run.length;
  return share(/[A-Z]/g) >= 0.2 && share(/[a-z]/g) >= 0.2 && share(/[0-9]/g) > 0;
}
