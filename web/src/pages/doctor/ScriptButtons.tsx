import { Button } from '@patternfly/react-core';

import { get } from '../../api/client';
import { download } from '../../parts/download';
import { useToast } from '../../parts/Toasts';
import { text } from '../../text/en';

const kScripts = [
  { name: text.doctor.linux, system: 'linux', undo: undefined },
  { name: text.doctor.windows, system: 'windows', undo: undefined },
  { name: text.doctor.linuxUndo, system: 'linux', undo: true },
  { name: text.doctor.windowsUndo, system: 'windows', undo: true },
] as const;

/** The doctor's scripts for one machine, to download. */
export function ScriptButtons({ address, label, canUndo = true }: { address: string; label: string; canUndo?: boolean }) {
  const toast = useToast();
  const fetchScript = async (system: string, undo: boolean | undefined) => {
    try {
      const { name, script } = await get<{ name: string; script: string }>('doctor/script', { real_server: address, system, undo });
      download(name, script);
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <div className="ek-labels">
      <span>{text.doctor.script} <strong>{label}</strong> <span className="ek-subtle">{address}</span></span>
      {kScripts.filter(({ undo }) => canUndo || !undo).map(({ name, system, undo }) => (
        <Button key={name} size="sm" variant="secondary" aria-label={`${name}: ${label}`} onClick={() => void fetchScript(system, undo)}>{name}</Button>
      ))}
    </div>
  );
}
