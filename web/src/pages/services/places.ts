import type { Layer } from '../../api/types';

export const servicesPlace = (layer: Layer) => `/cluster/layer${layer}-services`;
export const servicePlace = (layer: Layer, label: string) => `${servicesPlace(layer)}/${encodeURIComponent(label)}`;
export const serversPlace = (layer: Layer) => `/cluster/layer${layer}-servers`;
export const addServerPlace = (layer: Layer, service: string) => `${serversPlace(layer)}/${encodeURIComponent(service)}/add`;
export const serverPlace = (layer: Layer, service: string, label: string) => `${serversPlace(layer)}/${encodeURIComponent(service)}/edit/${encodeURIComponent(label)}`;
