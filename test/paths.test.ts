import { expect, test } from 'vitest';
import { socketPlace, stateDirectory } from '../main/paths.ts';

test('each system’s own folder for application data', () => {
  expect(stateDirectory({ HOME: '/home/ana' }, 'linux', true)).toBe('/home/ana/.config/countersign');
  expect(stateDirectory({ HOME: '/home/ana', XDG_CONFIG_HOME: '/data/config' }, 'linux', true)).toBe('/data/config/countersign');
  expect(stateDirectory({ HOME: '/home/ana', XDG_CONFIG_HOME: 'relative' }, 'linux', true)).toBe('/home/ana/.config/countersign');
  expect(stateDirectory({ HOME: '/Users/ana' }, 'darwin', true)).toBe('/Users/ana/Library/Application Support/Countersign');
  expect(stateDirectory({ APPDATA: '/c/Users/ana/AppData/Roaming' }, 'win32', true)).toBe('/c/Users/ana/AppData/Roaming/Countersign');
});

test('COUNTERSIGN_HOME counts in unpackaged runs alone, and only as an absolute path', () => {
  const environment = { HOME: '/home/ana', COUNTERSIGN_HOME: '/scratch/one' };
  expect(stateDirectory(environment, 'linux', false)).toBe('/scratch/one');
  expect(stateDirectory(environment, 'linux', true)).toBe('/home/ana/.config/countersign');
  expect(stateDirectory({ ...environment, COUNTERSIGN_HOME: 'scratch' }, 'linux', false)).toBe('/home/ana/.config/countersign');
});

test('the socket lives in the state folder, or under a short name of its own when that path is too long', () => {
  expect(socketPlace('/home/ana/.config/countersign', {}, 'linux')).toEqual({ folder: '/home/ana/.config/countersign/run', path: '/home/ana/.config/countersign/run/broker.sock' });
  const long = `/home/${'ü'.repeat(60)}`;
  const place = socketPlace(long, { XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux');
  expect(place.folder).toMatch(/^\/run\/user\/1000\/countersign-[0-9a-f]{24}$/);
  expect(Buffer.byteLength(place.path)).toBeLessThanOrEqual(103);
  expect(socketPlace(`${long}x`, { XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux').path).not.toBe(place.path);
});

test('on Windows it is a pipe named for this person and this state folder', () => {
  expect(socketPlace('C:\\Users\\ana', {}, 'win32')).toEqual({ folder: null, path: expect.stringMatching(/^\\\\\.\\pipe\\countersign-[0-9a-f]{24}$/) });
});
