// What the tests of a file keep for one another: how each is ended, in the order in which they were started.

export const keptForFile: (() => Promise<void>)[] = [];
