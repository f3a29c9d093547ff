import { Button, Label } from '@patternfly/react-core';
import { AngleDownIcon, AngleRightIcon } from '@patternfly/react-icons';
import { memo } from 'react';
import { Link } from 'react-router-dom';

import { failBack } from '../../api/services';
import { serverCount } from '../../api/status';
import type { RealServerStatus } from '../../api/types';
import { useRefresh } from '../../app/live';
import { useMay } from '../../app/session';
import { methodName, short } from '../../parts/format';
import { ServiceLabel } from '../../parts/State';
import { Td, Tr } from '../../parts/Table';
import { useToast } from '../../parts/Toasts';
import { text } from '../../text/en';
import { activeOf, type LayeredService } from './rows';

interface Props {
  service: LayeredService;
  servers: readonly RealServerStatus[];
  isOpen: boolean;
  toggle: (label: string) => void;
}

function modeOf({ layer, status }: LayeredService): string {
  return layer === 4 ? methodName(status.forwarding_method ?? '') : (text.form.choice[`mode.${status.mode}`] ?? '');
}

function protocolOf({ layer, status }: LayeredService): string {
  return layer === 4 ? (text.form.choice[`protocol.${status.protocol}`] ?? '') : 'TCP';
}

function FailBack({ label }: { label: string }) {
  const toast = useToast();
  const refresh = useRefresh();
  const run = async () => {
    try {
      await failBack(label);
      refresh();
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
  };
  return <Button size="sm" variant="secondary" onClick={() => void run()}>{text.overview.failback}</Button>;
}

export const ServiceRow = memo(function ServiceRow({ service, servers, isOpen, toggle }: Props) {
  const { layer, status } = service;
  const mayFailBack = useMay('operator') && (status.active_tier ?? 1) > 1;
  const { columns } = text.overview;
  const words = status.alarm || status.reason || (status.state === 'up' ? text.overview.allUp(serverCount(status)) : '');
  return (
    <Tr>
      <Td>
        <Button
          variant="plain" size="sm" aria-expanded={isOpen} aria-label={`${columns.server}: ${status.label}`} onClick={() => toggle(status.label)}
          icon={isOpen ? <AngleDownIcon /> : <AngleRightIcon />}
        />
      </Td>
      <Td dataLabel={columns.service}>
        <div className="ek-tight">
          <Link to={`/cluster/layer${layer}-services/${encodeURIComponent(status.label)}`}><strong>{status.label}</strong></Link>
          <span><ServiceLabel service={status} servers={servers} /></span>
        </div>
      </Td>
      <Td dataLabel={columns.address} className="ek-nowrap">{status.address}</Td>
      <Td dataLabel={columns.connections}>{short(activeOf(status))}</Td>
      <Td dataLabel={columns.ports} modifier="breakWord">{status.ports.replaceAll(',', ', ')}</Td>
      <Td dataLabel={columns.method}>
        <div className="ek-tight">
          <span>{modeOf(service)}</span>
          <span className="ek-subtle">Layer {layer} · {protocolOf(service)}</span>
        </div>
      </Td>
      <Td dataLabel={columns.health} colSpan={2}>
        <div className="ek-tight">
          <span className="ek-clip" title={words}>{words}</span>
          {(status.fallback_active || status.panic || mayFailBack) && (
            <span className="ek-labels">
              {status.fallback_active && <Label color="orange" isCompact>{text.overview.fallback}</Label>}
              {status.panic && <Label color="red" isCompact>{text.overview.panic}</Label>}
              {mayFailBack && <FailBack label={status.label} />}
            </span>
          )}
        </div>
      </Td>
    </Tr>
  );
});
