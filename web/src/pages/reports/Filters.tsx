import { FormSelect, FormSelectOption, TextInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';

import { useWhole } from '../../app/live';
import { text } from '../../text/en';

export interface TableFilter {
  virtual_service: string;
  real_server: string;
  client: string;
  state: string;
  protocol: string;
}

export const kNoFilter: TableFilter = { virtual_service: '', real_server: '', client: '', state: '', protocol: '' };

interface ChoiceProps {
  name: string;
  value: string;
  options: string[];
  onChange: (value: string) => void;
}

export function Choice({ name, value, options, onChange }: ChoiceProps) {
  return (
    <ToolbarItem>
      <FormSelect aria-label={name} value={value} onChange={(_, chosen) => onChange(chosen)}>
        <FormSelectOption value="" label={`${name}: ${text.reports.any}`} />
        {options.map((option) => <FormSelectOption key={option} value={option} label={option} />)}
      </FormSelect>
    </ToolbarItem>
  );
}

const kStates = ['ESTABLISHED', 'SYN_RECV', 'FIN_WAIT', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'UDP'];

interface Props {
  filter: TableFilter;
  isForConnections: boolean;
  onChange: (filter: TableFilter) => void;
}

/** The filters that the API has for connections and persistence. */
export function Filters({ filter, isForConnections, onChange }: Props) {
  const status = useWhole();
  const services = status?.virtual_services ?? [];
  const chosen = services.filter(({ label }) => !filter.virtual_service || label === filter.virtual_service);
  const servers = [...new Set(chosen.flatMap((service) => service.real_servers.map(({ label }) => label)))].sort();
  const set = (part: Partial<TableFilter>) => onChange({ ...filter, ...part });
  const names = text.reports;
  return (
    <Toolbar inset={{ default: 'insetNone' }}>
      <ToolbarContent>
        <Choice name={names.filterService} value={filter.virtual_service} options={services.map(({ label }) => label)} onChange={(value) => set({ virtual_service: value, real_server: '' })} />
        <Choice name={names.filterServer} value={filter.real_server} options={servers} onChange={(value) => set({ real_server: value })} />
        {isForConnections && <Choice name={names.filterState} value={filter.state} options={kStates} onChange={(value) => set({ state: value })} />}
        {isForConnections && <Choice name={names.filterProtocol} value={filter.protocol} options={['tcp', 'udp']} onChange={(value) => set({ protocol: value })} />}
        <ToolbarItem>
          <TextInput type="search" aria-label={names.filterClient} placeholder={names.filterClient} value={filter.client} onChange={(_, value) => set({ client: value.trim() })} />
        </ToolbarItem>
      </ToolbarContent>
    </Toolbar>
  );
}
