// Ends what the tests of a file keep for one another, when the last of them is over.
import { afterAll } from 'vitest';
import { keptForFile } from './kept-for-file.ts';

afterAll(async () => {
  for (const end of keptForFile.splice(0).reverse()) await end();
});
