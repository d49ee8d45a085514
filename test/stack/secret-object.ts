// A Secret as the API server takes it.
import type { AnyObject } from './admin.ts';

/** @param stringData its values as they are */
export function secretObject(namespace: string, name: string, stringData: Readonly<Record<string, string>>): AnyObject {
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}
