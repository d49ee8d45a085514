// Every part that is built before it can be started: in every run, and when it is asked for.
import type { Build } from '../bed/keep.ts';
import { CONTROL_PLANE } from './control-plane.ts';
import { KWOK } from './kwok.ts';
import { MINIO } from './minio.ts';
import { MOTO } from './moto.ts';
import { OBJECT_STORES } from './object-stores.ts';
import { PGJDBC } from './pgjdbc.ts';
import { SPRING } from './spring.ts';

export const BUILDS: readonly Build[] = [CONTROL_PLANE, KWOK, OBJECT_STORES, MOTO, PGJDBC, SPRING];

export const BUILDS_WITH_MINIO: readonly Build[] = [...BUILDS, MINIO];
