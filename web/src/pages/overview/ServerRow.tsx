import { Button } from '@patternfly/react-core';
import { memo } from 'react';

import type { RealServerStatus } from '../../api/types';
import type { Verb } from '../../api/services';
import { useMay } from '../../app/session';
import { short } from '../../parts/format';
import { isPassive } from '../../parts/passive';
import { Lamp, ServerLabel } from '../../parts/State';
import { Td, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { text } from '../../text/en';
import type { Intent } from './ActionDialog';
import { Countdown } from './Countdown';
import type { Subject } from './ExplainDrawer';
import { activeOf } from './rows';

interface Props {
  /** Its label. */
  service: string;
  server: RealServerStatus;
  onIntent: (intent: Intent) => void;
  onExplain: (subject: Subject) => void;
}

function verbsFor(server: RealServerStatus): Verb[] {
  if (server.state === 'halted') return ['online'];
  return server.state === 'drained' ? ['online', 'halt'] : ['drain', 'halt'];
}

function Actions({ service, server, onIntent, onExplain }: Props) {
  const mayOperate = useMay('operator');
  return (
    <div className="ek-actions ek-inline">
      {mayOperate && verbsFor(server).map((verb) => (
        <Button key={verb} size="sm" variant="secondary" onClick={() => onIntent({ verb, service, server })} aria-label={`${text.overview[verb]} ${server.label} (${service})`}>
          {text.overview[verb]}
        </Button>
      ))}
      <Button size="sm" variant="link" isInline onClick={() => onExplain({ service, server: server.label })} aria-label={`${text.overview.explain} ${server.label} (${service})`}>
        {text.overview.explain}
      </Button>
    </div>
  );
}

function Verdict({ server }: { server: RealServerStatus }) {
  const action = server.operator_action;
  const words = server.alarm || (isPassive(server) ? text.state.passiveWhy : server.reason);
  return (
    <div className="ek-tight">
      <span className="ek-clip" title={words}>{words}</span>
      <span className="ek-labels">
        <span className="ek-subtle"><Weight server={server} /></span>
        <Lamp name={text.state.lampServer} check={server.server_check} />
        {server.path_check && <Lamp name={text.state.lampPath} check={server.path_check} />}
        <span className="ek-subtle"><Time at={server.since} isRelative /></span>
        {action?.deadline && <Countdown deadline={action.deadline} />}
        {action && action.reason && <span className="ek-subtle">{action.author}: {action.reason}</span>}
      </span>
    </div>
  );
}

function Weight({ server }: { server: RealServerStatus }) {
  const differs = server.effective_weight !== server.weight;
  return <span className="ek-nowrap">{text.overview.columns.weight} {server.weight}{differs ? ` → ${server.effective_weight}` : ''}</span>;
}

export const ServerRow = memo(function ServerRow(props: Props) {
  const { server } = props;
  const { columns } = text.overview;
  return (
    <Tr className="ek-server-row">
      <Td />
      <Td dataLabel={columns.server} className="ek-indent">
        <div className="ek-tight">
          <span>{server.label}</span>
          <span><ServerLabel server={server} /></span>
        </div>
      </Td>
      <Td dataLabel={columns.address} className="ek-nowrap">{server.address}{server.port ? `:${server.port}` : ''}</Td>
      <Td dataLabel={columns.connections}>{short(activeOf(server))}</Td>
      <Td dataLabel={columns.health} colSpan={3}><Verdict server={server} /></Td>
      <Td dataLabel={columns.actions}><Actions {...props} /></Td>
    </Tr>
  );
});
