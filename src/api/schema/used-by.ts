// Who uses a backend, as the spec says it: the same words for a database, a bucket and a key.
import * as z from 'zod';
import { SERVICES } from '../components.ts';

export const usedBy = z
  .array(z.enum(SERVICES))
  .max(SERVICES.length)
  .optional()
  .describe(
    'The services that depend on it. When it fails, their failures are reported as symptoms. Default: the services that use such a backend in the topology at hand.',
  );
