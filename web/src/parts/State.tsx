import { Label, Tooltip } from '@patternfly/react-core';
import { ArrowDownIcon, ArrowUpIcon, BanIcon, ExclamationTriangleIcon, PauseIcon, QuestionIcon, TimesCircleIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';

import { serversOf } from '../api/status';
import type { Check, RealServerStatus, ServerState, ServiceState, ServiceSummary } from '../api/types';
import { text } from '../text/en';
import { isPassive } from './passive';

type Colour = 'green' | 'red' | 'blue' | 'orange' | 'grey';

const kServer: Record<ServerState, [Colour, ReactElement]> = {
  up: ['green', <ArrowUpIcon />],
  standby: ['grey', <PauseIcon />],
  down: ['red', <ArrowDownIcon />],
  unknown: ['grey', <QuestionIcon />],
  drained: ['blue', <BanIcon />],
  halted: ['blue', <PauseIcon />],
  failed: ['red', <TimesCircleIcon />],
};

const kService: Record<ServiceState, [Colour, ReactElement]> = {
  up: ['green', <ArrowUpIcon />],
  degraded: ['orange', <ExclamationTriangleIcon />],
  down: ['red', <ArrowDownIcon />],
  offline: ['blue', <PauseIcon />],
  failed: ['red', <TimesCircleIcon />],
};

/** Colour, icon and word: never colour alone. */
export function ServerLabel({ server }: { server: RealServerStatus }) {
  if (isPassive(server)) {
    return (
      <Tooltip content={text.state.passiveWhy}>
        <Label color="grey" icon={<PauseIcon />} isCompact>{text.state.passive}</Label>
      </Tooltip>
    );
  }
  const [colour, icon] = kServer[server.state] ?? kServer.unknown;
  return <Label color={colour} icon={icon} isCompact>{text.state.server[server.state] ?? server.state}</Label>;
}

/** With the passive Application Server standing by, a service is as it should be. */
export function serviceState(service: ServiceSummary, servers: readonly RealServerStatus[]): ServiceState {
  const accidents = servers.filter((server) => server.state !== 'up' && server.state !== 'standby' && !isPassive(server));
  return service.state === 'degraded' && servers.length > 0 && accidents.length === 0 ? 'up' : service.state;
}

export function ServiceLabel({ service, servers = serversOf(service) }: { service: ServiceSummary; servers?: readonly RealServerStatus[] }) {
  const state = serviceState(service, servers);
  const [colour, icon] = kService[state] ?? kService.failed;
  return <Label color={colour} icon={icon} isCompact>{text.state.service[state] ?? state}</Label>;
}

export function Lamp({ name, check }: { name: string; check: Check }) {
  const colour: Colour = check.state === 'up' ? 'green' : check.state === 'down' ? 'red' : 'grey';
  const icon = check.state === 'up' ? <ArrowUpIcon /> : check.state === 'down' ? <ArrowDownIcon /> : <QuestionIcon />;
  return (
    <Tooltip content={check.reason || text.state.lamp[check.state]}>
      <Label color={colour} variant="outline" icon={icon} isCompact>
        {name} {text.state.lamp[check.state]}
      </Label>
    </Tooltip>
  );
}
