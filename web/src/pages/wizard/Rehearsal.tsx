import { Button, Label } from '@patternfly/react-core';
import { useEffect, useState } from 'react';

import type { ServiceStatus } from '../../api/types';
import { text } from '../../text/en';

const names = text.wizard;

interface Watch {
  first: string;
  downAt: number | null;
  done: { seconds: number; server: string } | null;
}

function seconds(value: number): string {
  return value.toFixed(1);
}

/** Watches who is up in a failover, and measures how long nobody was. */
export function Rehearsal({ service }: { service: ServiceStatus }) {
  const [watch, setWatch] = useState<Watch | null>(null);
  const up = service.real_servers.find(({ state }) => state === 'up')?.label ?? '';

  useEffect(() => {
    setWatch((before) => {
      if (!before || before.done) return before;
      if (up === before.first) return before;
      if (!up) return before.downAt === null ? { ...before, downAt: Date.now() } : before;
      const seconds = before.downAt === null ? 0 : (Date.now() - before.downAt) / 1000;
      return { ...before, done: { seconds, server: up } };
    });
  }, [up]);

  const says = () => {
    if (!watch) return names.rehearsalText;
    if (watch.done) return names.rehearsalDone(seconds(watch.done.seconds), watch.done.server);
    if (watch.downAt !== null) return names.rehearsalDown(seconds((Date.now() - watch.downAt) / 1000));
    return `${names.rehearsalText} ${names.rehearsalWaiting}`;
  };
  return (
    <div className="ek-tight">
      <span className="ek-labels">
        <Label color={watch?.done ? 'green' : 'grey'} isCompact>{watch?.done ? names.good : names.byYou}</Label>
        <strong>{names.checks.rehearsal}</strong>
        <Button size="sm" variant="secondary" isDisabled={!watch && !up} onClick={() => setWatch(watch ? null : { first: up, downAt: null, done: null })}>{watch ? names.rehearsalStop : names.rehearsalReady}</Button>
      </span>
      <span role="status">{says()}</span>
    </div>
  );
}
