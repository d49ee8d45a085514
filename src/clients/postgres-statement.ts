// A prepared statement as drivers make them, to see under which name the server knows it. A pooler that carries statements
// from one of its connections to the next gives them names of its own; any other hands ours through.
import { randomBytes } from 'node:crypto';
import type { Client as PgClient } from 'pg';

/** What pg's connection has and its types do not say. */
interface Messages {
  parse(query: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  bind(portal: { readonly portal: string; readonly statement: string; readonly values: readonly unknown[] }): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
  close(what: { readonly type: 'S'; readonly name: string }): void;
  sync(): void;
}

/** What pg calls of a query that is not its own (as pg-cursor does). */
interface Submittable {
  callback: ((error: Error | null, result?: unknown) => void) | undefined;
  submit(connection: Messages): Error | null;
  handleRowDescription(): void;
  handleDataRow(message: { readonly fields: readonly unknown[] }): void;
  handleCommandComplete(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

/**
 * Prepares a statement, runs it and closes it again, all before the one Sync: a pooler in transaction mode keeps to one
 * server so long, so that nothing stays behind on any.
 *
 * @returns true when the server knows the statement by the name that we gave it
 */
export function keepsStatementName(client: PgClient): Promise<boolean> {
  const name = `recognize_health_${randomBytes(8).toString('hex')}`;
  const text = `SELECT name::text FROM pg_prepared_statements WHERE statement LIKE '%${name}%'`;
  return new Promise((resolve, reject) => {
    const names: string[] = [];
    let failure: Error | undefined;
    const nothing = (): void => undefined;
    const query: Submittable = {
      callback: undefined,
      submit(connection) {
        connection.parse({ name, text, types: [] });
        connection.bind({ portal: '', statement: name, values: [] });
        connection.execute({ portal: '', rows: 0 });
        connection.close({ type: 'S', name });
        connection.sync();
        return null;
      },
      handleRowDescription: nothing,
      handleDataRow({ fields }) {
        names.push(String(fields[0]));
      },
      handleCommandComplete: nothing,
      handlePortalSuspended: nothing,
      handleEmptyQuery: nothing,
      handleError(error) {
        // The connection goes on after the Sync; where it is gone, nothing follows.
        failure = error;
        reject(error);
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve(names.includes(name));
      },
    };
    // pg takes what it can submit, and returns it as it is.
    void client.query(query as unknown as string);
  });
}
