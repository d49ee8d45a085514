// Which files of the integration suite run on the real API server: those that start a cluster.

export const SUITE: readonly string[] = ['test/integration/faults/'];
