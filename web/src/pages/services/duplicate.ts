import { ApiError } from '../../api/client';
import { change, servicePath } from '../../api/services';
import type { Layer } from '../../api/types';

const kMostAttempts = 20;
const kLongestLabel = 64;

/** A copy under the first free label: Print_Provider-1, Print_Provider-2, ... Which one it became. */
export async function duplicate(layer: Layer, label: string, taken: string[]): Promise<string> {
  for (let number = 1; ; number += 1) {
    const suffix = `-${number}`;
    const given = label.slice(0, kLongestLabel - suffix.length) + suffix;
    if (taken.includes(given)) continue;
    try {
      await change('POST', `${servicePath(layer, label)}/duplicate`, { label: given });
      return given;
    } catch (error) {
      const isTaken = error instanceof ApiError && error.status === 409;
      if (!isTaken || number >= kMostAttempts) throw error;
    }
  }
}
