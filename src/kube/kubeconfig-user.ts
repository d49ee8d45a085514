// What client-go reads of a kubeconfig's user and client-node does not: the file of a token, which is rotated, and
// impersonation. A spelling that nobody here honours is refused by its name: the call would go out as somebody else.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const kubeconfig = z.object({
  users: z.array(z.object({ name: z.string(), user: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});

/** Of client-go's AuthInfo, what would change who asks. */
const UNSUPPORTED = ['as', 'as-uid', 'as-groups', 'as-user-extra'] as const;

/** The path of the user's token file; undefined when the user has none. */
export type TokenFile = string | undefined;

/**
 * Reads the user's entry again, from the first file that has it, as client-go does.
 *
 * @param named the path that was given; undefined reads KUBECONFIG, then ~/.kube/config
 * @throws Error with a sentence when the entry asks for what is not supported
 */
export async function tokenFileOf(named: string | undefined, userName: string | undefined): Promise<TokenFile> {
  const listed = named ?? (process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config'));
  for (const path of named === undefined ? listed.split(delimiter) : [listed]) {
    const user = await entryIn(path, userName);
    if (user === undefined) continue;
    const unsupported = UNSUPPORTED.find((field) => user[field] !== undefined);
    if (unsupported !== undefined)
      throw new Error(
        `the kubeconfig ${path} sets ${unsupported} for the user ${userName ?? ''}, which is not supported: give a user that needs no impersonation`,
      );
    const file = user['tokenFile'] ?? user['token-file'];
    return typeof file === 'string' && file !== '' ? resolve(dirname(path), file) : undefined;
  }
  return undefined;
}

/** A file that cannot be read was told of by whoever loaded the configuration. */
async function entryIn(path: string, name: string | undefined): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const read = kubeconfig.safeParse(parse(await readFile(path, 'utf8')));
    return read.data?.users?.find((user) => user.name === name)?.user ?? undefined;
  } catch {
    return undefined;
  }
}

/** The token that the file holds now. @throws Error with a sentence that names the file and none of its content */
export async function readToken(path: string): Promise<string> {
  let token: string;
  try {
    token = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`the token file ${path} cannot be read (${code})`, { cause: error });
  }
  if (token === '' || /[\s\u0000-\u001f\u007f]/.test(token)) throw new Error(`the token file ${path} holds no token`);
  return token;
}
