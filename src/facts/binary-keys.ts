// Keys of a ConfigMap that hold bytes, among those that hold texts.

/** What stands before their names: no key of a ConfigMap may hold a slash. */
export const BINARY = 'binaryData/';
