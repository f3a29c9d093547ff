import {
  Dropdown, DropdownItem, DropdownList, Label, Masthead, MastheadBrand, MastheadContent, MastheadLogo, MastheadMain, MastheadToggle,
  MenuToggle, PageToggleButton, ToggleGroup, ToggleGroupItem, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem,
} from '@patternfly/react-core';
import { CheckCircleIcon, MoonIcon, SunIcon, SyncAltIcon, UserIcon } from '@patternfly/react-icons';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { text } from '../text/en';
import { useLive } from './live';
import { useSession } from './session';
import type { Theme } from './theme';

function EngineState() {
  const { status, isStale } = useLive();
  if (isStale || !status) {
    return <Label color="orange" icon={<SyncAltIcon />} isCompact>{text.shell.recovering}</Label>;
  }
  if (status.read_only) return <Label color="orange" isCompact>{text.shell.readOnly}</Label>;
  return <Label color="green" icon={<CheckCircleIcon />} isCompact>{text.shell.running}</Label>;
}

function Account() {
  const { session, signOut } = useSession();
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plainText" icon={<UserIcon />} isExpanded={isOpen} onClick={() => setOpen(!isOpen)} aria-label={`${text.shell.account}: ${session?.user}`}>
          <span className="ek-wide">{session?.user}</span>
        </MenuToggle>
      )}
    >
      <DropdownList>
        <DropdownItem description={session ? text.users.roles[session.role] : ''} onClick={() => navigate('/maintenance/passwords')}>
          {text.page.passwords}
        </DropdownItem>
        <DropdownItem onClick={() => void signOut()}>{text.shell.signOut}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}

function ThemeChoice({ theme, choose }: { theme: Theme; choose: (theme: Theme) => void }) {
  return (
    <ToggleGroup isCompact aria-label={text.shell.theme}>
      <ToggleGroupItem icon={<SunIcon />} aria-label={text.shell.light} isSelected={theme === 'light'} onChange={() => choose('light')} />
      <ToggleGroupItem icon={<MoonIcon />} aria-label={text.shell.dark} isSelected={theme === 'dark'} onChange={() => choose('dark')} />
    </ToggleGroup>
  );
}

export function Header({ theme, choose }: { theme: Theme; choose: (theme: Theme) => void }) {
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton isHamburgerButton aria-label={text.shell.toggle} />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo component={(props) => <Link {...props} to="/overview" />}>
            <span className="ek-brand">
              <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="28" height="28" />
              {text.product}
            </span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic>
          <ToolbarContent>
            <ToolbarGroup align={{ default: 'alignEnd' }} alignItems="center">
              <ToolbarItem><EngineState /></ToolbarItem>
              <ToolbarItem><ThemeChoice theme={theme} choose={choose} /></ToolbarItem>
              <ToolbarItem><Account /></ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}
