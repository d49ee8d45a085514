// What gives a secret away by its shape, for those that nobody told us: masked in whatever the other side sends.
// Every pattern is linear: no nested quantifier, no ambiguous alternation.
import { MASK } from './known-secrets.ts';
import { maskNamed } from './named-secrets.ts';
import { maskArguments } from './secret-arguments.ts';
import { namesSecret } from './secret-names.ts';
import { maskTokens } from './secret-tokens.ts';

/** With a user in front of a host. Of each the first group is kept, the rest is masked. */
const USERINFO: readonly RegExp[] = [
  // userinfo of a URL: scheme://user:password@, also with an @ in the password; parameters are behind the host
  /([a-z][a-z0-9+.-]{0,30}:\/\/)(?:(?![?;&][\w.-]{1,64}=)[^\s"'<>]){1,512}(?=@)/gi,
  // the same without a scheme, in front of a port or a path; and Oracle's user/password@
  /(\b[a-z0-9._-]{1,64}:)[^\s:@/"'<>]{3,256}(?=@[a-z0-9.-]{1,253}(?::[0-9]{2,5}|\/))/gi,
  /(\b(?:jdbc:oracle:[a-z]{1,10}:|(?:sqlplus|rman|expdp|impdp)\s{1,4})[^\s/@"']{1,128}\/)[^\s@]{1,512}(?=@)/gi,
  // and in front of a host alone, where it is no address of a mail
  /((?<![\w.-])(?!(?:mailto|e-?mail|mail|from|to|cc|bcc|user|username|owner|contact|author|sip|xmpp|acct|principal|upn|login|account|name|subject|id):)[a-z0-9._-]{1,64}:)(?=[^\s@]{0,64}[0-9!$%^*#])[^\s:@/"'<>]{5,256}(?=@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b)/gi,
];

/** A line of .pgpass: host:port:database:user:password. An address of IPv6 has as many colons. */
const PGPASS =
  /((?<![\w.:*\\/-])(?![0-9a-f]{0,4}(?::[0-9a-f]{0,4}){4,7}(?![\w:]))(?:\*|(?=[0-9.]{0,64}[a-z.])[\w.-]{1,253}|\/[\w./-]{1,253}):(?:[0-9]{4,5}|\*):(?:[^\s:\\]|\\.){1,128}:(?:[^\s:\\]|\\.){1,128}:)(?:[^\s"'\\]|\\.|["'](?=\w)){1,4096}/gi;

const OTHERS: readonly RegExp[] = [
  // headers whose whole value is a credential, whatever its scheme
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie2?)["']?\s{0,4}[=:]\s{0,4})[^\r\n]{1,4096}/gi,
  /(\bx-(?:auth|[a-z-]{0,32}signature(?:-[0-9]{1,3})?)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"']{4,4096}/gi,
  /\b((?:bearer|basic)(?:\s{1,4}|["']?[=:]\s{0,4})["']?)(?!auth(?:entication|ori[sz]ation)|credential|realm|scheme)(?:[A-Za-z0-9._~+/=-]{8,4096}|(?=[a-z]{0,8}[0-9])[a-z0-9]{5,8})/gi,
  /\b((?:negotiate|ntlm|ssws|kerberos) )(?=YII|TlRM|[A-Za-z+/=_-]{0,64}[0-9])[A-Za-z0-9._~+/=-]{8,4096}/gi,
  /(\bdigest\b[^\r\n]{0,512}?\bresponse=")[^"]{8,512}/gi,
  // parts of a signed AWS request; as words of ours they come without an equals sign
  /((?:signature|credential)["']?=["']?)[A-Za-z0-9%/+=-]{8,4096}/gi,
  /(<[a-z]{0,20}signature[a-z]{0,20}>)[^<]{1,4096}/gi,
  // a signature or a key in the query of a URL (Azure, CloudFront, Google), alone or after others
  /((?:^|[?&;\s"'])(?:sig|hmac|assertion|logout_token)=)[A-Za-z0-9%/+=._-]{6,4096}/gi,
  /([?&](?:key|code|sid|ticket|wresult)=|(?:^|[\s"'])code=(?=[^\s&"'<>#]{8,512}&))[^\s&"'<>#]{8,4096}/gi,
  /(\b(?:connect\.sid|SESSION)=)[^\s;,"'&]{8,4096}/g,
  // a number that lets somebody in
  /(\b(?:pin|otp|totp|mfa|cvv)(?:[_-]?code)?["']?\s{0,4}[=:]\s{0,4}["']?)[0-9]{4,12}\b/gi,
  /((?:--(?:so-)?pin[\s=]{1,4}|\bpin-value=)["']?)[^\s"'&;-][^\s"'&;]{0,256}/gi,
  // words that are a key
  /(\b(?:mnemonic|seed[_ -]phrase)["']?\s{0,4}[=:]\s{0,4}["']?)[^\r\n"']{1,4096}/gi,
  // what KMS decrypted
  /("(?:plaintext|privatekeyplaintext)"\s{0,4}:\s{0,4}")[^"]{4,4096}/gi,
  /(\bpass(?:in|out)?\s{1,4}["']?(?:pass:)["']?)[^\s"']{1,4096}/gi,
  /(\b(?:echo|printf)\s{1,4}["']?[\w.-]{1,64}:)[^\s"'|]{1,256}(?=["']?\s{0,4}\|\s{0,4}(?:sudo\s)?chpasswd\b)/g,
  /(\b(?:crypt|pgp_sym_(?:en|de)crypt(?:_bytea)?)\((?:[^'(),]{1,128},\s{0,4})?')[^']{1,4096}/gi,
];

/** Rows that are put into a table with a secret column. */
const INSERTED = /(\binto\s[^()]{1,128}\(([^()]{0,1024})\)\s{0,4}values\s{0,4}\()([^\r\n;]{1,4096})/gi;
/** A value in front of its name, and a field of a form. */
const VALUE_FIRST =
  /("val(?:ue)?"\s{0,4}:\s{0,4}")((?:[^"\\]|\\.){1,1024})("\s{0,4},\s{0,4}"(?:name|key)"\s{0,4}:\s{0,4}"([^"\\]{1,128})")/gi;
const FIELD =
  /(form-data;[^\r\n]{0,64}?name="([^"]{1,128})"[^\r\n]{0,128}\r?\n(?:[^\r\n]{1,128}\r?\n){0,4}\r?\n)([^\r\n]{1,4096})/gi;

const PEM = /-----? ?BEGIN[A-Z0-9 +%]{0,60}PRIVATE(?: |\+|%20)KEY|\bPrivate-Lines:/;

/** As long as an AWS secret access key or a line of a PEM block. Words, paths and hexadecimal digests are not like it. */
const LONG_RUN = /[A-Za-z0-9+/_-]{40,4096}={0,2}/g;

/** The text with everything masked that has the shape of a secret. */
export function maskShapes(text: string): string {
  const pem = text.search(PEM);
  let out = pem === -1 ? text : text.slice(0, pem) + MASK;
  if (out.includes('@')) for (const shape of USERINFO) out = out.replace(shape, `$1${MASK}`);
  out = out.replace(PGPASS, `$1${MASK}`);
  out = out.replace(INSERTED, (whole, kept: string, columns: string) =>
    namesSecret(columns) ? `${kept}${MASK}` : whole,
  );
  out = out.replace(VALUE_FIRST, (whole, kept: string, _value, rest: string, name: string) =>
    namesSecret(name) ? `${kept}${MASK}${rest}` : whole,
  );
  out = out.replace(FIELD, (whole, kept: string, name: string) => (namesSecret(name) ? `${kept}${MASK}` : whole));
  out = maskArguments(maskTokens(maskNamed(out)));
  for (const shape of OTHERS) out = out.replace(shape, `$1${MASK}`);
  return out.replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}

/** Base64 of random bytes is a quarter and more of either case, with digits between; words in CamelCase are not. */
function looksRandom(run: string): boolean {
  const share = (of: RegExp): number => (run.match(of)?.length ?? 0) / run.length;
  return share(/[A-Z]/g) >= 0.2 && share(/[a-z]/g) >= 0.2 && share(/[0-9]/g) > 0;
}
