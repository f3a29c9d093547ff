import { Label } from '@patternfly/react-core';
import { memo } from 'react';

import type { ServiceState } from '../../api/types';
import { serviceState } from '../../parts/State';
import { text } from '../../text/en';
import type { Details, LayeredService } from './rows';

const kColours = { up: 'green', degraded: 'orange', down: 'red', offline: 'blue' } as const;

/** How many virtual services are how. */
export const Summary = memo(function Summary({ services, details }: { services: LayeredService[]; details: Details }) {
  const counts: Record<ServiceState, number> = { up: 0, degraded: 0, down: 0, offline: 0, failed: 0 };
  for (const { status } of services) counts[serviceState(status, status.real_servers ?? details.get(status.label)?.real_servers ?? [])] += 1;
  counts.down += counts.failed;
  return (
    <span className="ek-labels">
      {(Object.keys(kColours) as (keyof typeof kColours)[]).filter((state) => counts[state] > 0).map((state) => (
        <Label key={state} color={kColours[state]} variant="outline" isCompact>{counts[state]} {text.overview.counts[state]}</Label>
      ))}
    </span>
  );
});
