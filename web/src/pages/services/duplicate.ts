const kLongestLabel = 64;

/** The first free label for a copy: Print_Provider-1, Print_Provider-2, ... */
export function labelForCopy(label: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const suffix = `-${number}`;
    const given = label.slice(0, kLongestLabel - suffix.length) + suffix;
    if (!taken.includes(given)) return given;
  }
}
