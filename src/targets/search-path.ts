// The names in a search_path, as PostgreSQL reads them: a list of identifiers, folded to lower case unless quoted.

/** Names in order, without `$user`, which differs from role to role. Empty where nothing else is named. */
export function searchPath(text: string): readonly string[] {
  const names = [...text.matchAll(/"((?:[^"]|"")*)"|([^\s,"][^,"]*)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '').trim().toLowerCase() : quoted.replaceAll('""', '"'),
  );
  return names.filter((name) => name !== '' && name !== '$user');
}

/** The search_path that the `options` of a startup message set (`-c search_path=a,b`); undefined where they do not. */
export function optionsPath(options: string): readonly string[] | undefined {
  // Options are split at blanks; a backslash keeps one.
  const words = options.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const settings = words
    .map((word, index) => (words[index - 1] === '-c' ? word : /^(?:-c|--)(.+)$/.exec(word)?.[1]))
    .map((setting) => /^search[_-]path=(.*)$/i.exec((setting ?? '').replaceAll(/\\(.)/g, '$1'))?.[1])
    .filter((path) => path !== undefined);
  const last = settings.at(-1);
  return last === undefined ? undefined : searchPath(last);
}
