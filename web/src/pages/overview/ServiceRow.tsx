import { Button, Label } from '@patternfly/react-core';
import { AngleDownIcon, AngleRightIcon } from '@patternfly/react-icons';
import { Td, Tr } from '@patternfly/react-table';
import { memo } from 'react';
import { Link } from 'react-router-dom';

import { failBack } from '../../api/services';
import { useRefresh } from '../../app/live';
import { useMay } from '../../app/session';
import { methodName, short } from '../../parts/format';
import { ServiceLabel } from '../../parts/State';
import { useToast } from '../../parts/Toasts';
import { text } from '../../text/en';
import { activeOf, type LayeredService } from './rows';

interface Props {
  service: LayeredService;
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

export const ServiceRow = memo(function ServiceRow({ service, isOpen, toggle }: Props) {
  const { layer, status } = service;
  const mayOperate = useMay('operator');
  const { columns } = text.overview;
  return (
    <Tr>
      <Td>
        <Button
          variant="plain" size="sm" aria-expanded={isOpen} aria-label={`${columns.server}: ${status.label}`} onClick={() => toggle(status.label)}
          icon={isOpen ? <AngleDownIcon /> : <AngleRightIcon />}
        />
      </Td>
      <Td dataLabel={columns.service}>
        <div className="ek-labels">
          <ServiceLabel service={status} />
          <Link to={`/cluster/layer${layer}-services/${encodeURIComponent(status.label)}`}><strong>{status.label}</strong></Link>
        </div>
      </Td>
      <Td dataLabel={columns.address} className="ek-nowrap">{status.address}</Td>
      <Td dataLabel={columns.connections}>{short(activeOf(status))}</Td>
      <Td dataLabel={columns.ports} modifier="breakWord">{status.ports.replaceAll(',', ', ')}</Td>
      <Td dataLabel={columns.method}>
        <div className="ek-tight">
          <span>Layer {layer} · {modeOf(service)}</span>
          <span className="ek-subtle">{protocolOf(service)}</span>
        </div>
      </Td>
      <Td dataLabel={columns.health}>
        <div className="ek-tight">
          <span className="ek-clip" title={status.alarm || status.reason}>{status.alarm || status.reason}</span>
          {(status.fallback_active || status.panic) && (
            <span className="ek-labels">
              {status.fallback_active && <Label color="orange" isCompact>{text.overview.fallback}</Label>}
              {status.panic && <Label color="red" isCompact>{text.overview.panic}</Label>}
            </span>
          )}
        </div>
      </Td>
      <Td dataLabel={columns.actions}>{mayOperate && (status.active_tier ?? 1) > 1 && <FailBack label={status.label} />}</Td>
    </Tr>
  );
});
