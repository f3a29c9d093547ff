// What a field may name that is somewhere else: certificates, the real servers of this service, other services.

import { createContext, useContext } from 'react';

/** By the last part of a field's path: what there is to choose from. */
export type Options = Record<string, readonly string[]>;

const OptionsContext = createContext<Options>({});

export const OptionsProvider = OptionsContext.Provider;

export function useOptions(path: string): readonly string[] {
  const all = useContext(OptionsContext);
  return all[path.split('.').pop()!] ?? kNone;
}

const kNone: readonly string[] = [];
