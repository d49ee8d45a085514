// The command's entry point. Filled in by the verbs.
export {};
