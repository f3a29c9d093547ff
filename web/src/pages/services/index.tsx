import { Route, Routes } from 'react-router-dom';

import type { Layer } from '../../api/types';
import { DuplicateService } from './DuplicateService';
import { AddServer, ModifyServer } from './ServerEditor';
import { AddService, ModifyService } from './ServiceEditor';
import { ServerList } from './ServerList';
import { ServiceListPage } from './ServiceListPage';

function Services({ layer }: { layer: Layer }) {
  return (
    <Routes>
      <Route index element={<ServiceListPage layer={layer} />} />
      <Route path="add" element={<AddService layer={layer} />} />
      <Route path=":label/duplicate" element={<DuplicateService layer={layer} />} />
      <Route path=":label" element={<ModifyService layer={layer} />} />
    </Routes>
  );
}

function Servers({ layer }: { layer: Layer }) {
  return (
    <Routes>
      <Route index element={<ServerList layer={layer} />} />
      <Route path=":service/add" element={<AddServer layer={layer} />} />
      <Route path=":service/edit/:label" element={<ModifyServer layer={layer} />} />
    </Routes>
  );
}

export const Layer4Services = () => <Services key={4} layer={4} />;
export const Layer7Services = () => <Services key={7} layer={7} />;
export const Layer4Servers = () => <Servers key={4} layer={4} />;
export const Layer7Servers = () => <Servers key={7} layer={7} />;
