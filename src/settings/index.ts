// What the services' own configuration says, without reading a Secret.
export { backendsOf, type Backends, type Configured } from './backends.ts';
export { readConfigMaps, type ConfigMaps, type ReadConfigMap } from './config-maps.ts';
export { configMapsOf, settingsOf, type Setting, type Settings } from './settings.ts';
export { differences } from './differences.ts';
export { draftReport, type Draft } from './draft.ts';
export { configurationReader, earlyReader, LATE, readConfiguration } from './configuration.ts';
export { readServiceSettings, type ServiceSettings } from './services.ts';
