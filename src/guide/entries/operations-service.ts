// Operations service: the guide has the section and lists no error in it; HTTP and REST errors are in its Swagger file.
import type { Entry } from '../entry.ts';

export const OPERATIONS_SERVICE_ENTRIES = [] as const satisfies readonly Entry[];
