// Names of settings in the one spelling in which Spring's relaxed binding compares them.

/** `NP_SPRING_DATASOURCE_URL`, `npSpringDatasourceUrl` and `np.spring.datasource.url` are one name. */
export function canonical(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase()
    .replace(/^configmap(?=.)/, '');
}
