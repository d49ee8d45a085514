// The paths of the mappings in a YAML or JSON text, by the `yaml` package. A file of its own, so that the package is
// loaded for the first document: most ConfigMaps hold variables only.
import { isMap, isScalar, isSeq, parseAllDocuments, type Node } from 'yaml';

export interface DocumentNames {
  readonly paths: readonly string[];
  /** False when it is no YAML from end to end, or goes deeper than `deepest`. */
  readonly isWhole: boolean;
}

/** Aliases are not followed; values are not looked at. `text` must not be nested without bound: the parser recurses. */
export function documentNames(text: string, deepest: number): DocumentNames {
  const paths: string[] = [];
  let isWhole = true;
  const walk = (node: Node | null | undefined, path: readonly string[]): void => {
    if (path.length > deepest) isWhole = false;
    else if (isSeq(node)) for (const item of node.items) walk(item as Node, path);
    else if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const below = [...path, String(key.value)];
        paths.push(below.join('.'));
        walk(value as Node, below);
      }
    }
  };
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  for (const document of Array.isArray(documents) ? documents : []) {
    if (document.errors.length > 0) isWhole = false;
    walk(document.contents, []);
  }
  return { paths, isWhole };
}
