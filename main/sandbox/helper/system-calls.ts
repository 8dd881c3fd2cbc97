/**
 * System calls that no run needs and that reach past its namespaces: the kernel's keyrings, its programs, its modules and
 * its log, files by handle. The library's own filter, which closes Unix sockets and io_uring, comes on top of this one.
 */
const refused: Readonly<Record<'x64' | 'arm64', readonly number[]>> = {
  // keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, kexec_load, kexec_file_load, open_by_handle_at,
  // init_module, finit_module, delete_module, acct, swapon, swapoff, reboot, quotactl, syslog
  x64: [250, 248, 249, 321, 298, 323, 246, 320, 304, 175, 313, 176, 163, 167, 168, 169, 179, 103],
  arm64: [219, 217, 218, 280, 241, 282, 104, 294, 265, 105, 273, 106, 89, 224, 225, 142, 60, 116],
};

interface ModeCall {
  readonly number: number;
  /** The argument with the file's mode. */
  readonly mode: number;
  /** The argument with the flags that make the mode count; none: it always does. */
  readonly flags?: number;
}

/** chmod, fchmod, fchmodat, fchmodat2, creat, mknod, mknodat, open, openat: none may make a file that runs with its owner's rights. */
const modeCalls: Readonly<Record<'x64' | 'arm64', readonly ModeCall[]>> = {
  x64: [
    { number: 90, mode: 1 },
    { number: 91, mode: 1 },
    { number: 268, mode: 2 },
    { number: 452, mode: 2 },
    { number: 85, mode: 1 },
    { number: 133, mode: 1 },
    { number: 259, mode: 2 },
    { number: 2, mode: 2, flags: 1 },
    { number: 257, mode: 3, flags: 2 },
  ],
  arm64: [
    { number: 52, mode: 1 },
    { number: 53, mode: 2 },
    { number: 452, mode: 2 },
    { number: 33, mode: 2 },
    { number: 56, mode: 3, flags: 2 },
  ],
};

/** openat2 takes its mode behind a pointer, where no filter sees it; programs do without it. */
const openat2 = 437;
const setIdBits = 0o6000;
/** O_CREAT, and O_TMPFILE without O_DIRECTORY, which is its own on each machine. */
const creates = 0o100 | 0o20000000;

const machines = { x64: { audit: 0xc000003e, ioctl: 16, socket: 41 }, arm64: { audit: 0xc00000b7, ioctl: 29, socket: 198 } } as const;

/**
 * AF_UNIX, which the library's filter closes where the run begins, AF_INET, AF_INET6 and AF_NETLINK, which are the run's own. Others
 * know no network namespace: over AF_VSOCK a virtual machine speaks with its host.
 */
const families = [1, 2, 10, 16] as const;

/** ioctl's requests that type into a terminal or paste into a console: TIOCSTI, TIOCLINUX. */
const typing = [0x5412, 0x541c] as const;
/** From here on x86-64 numbers belong to its x32 variant, which would be a way around the list. */
const x32 = 0x40000000;

const load = 0x20;
const ifEqual = 0x15;
const ifAtLeast = 0x35;
const ifAnyBit = 0x45;
const give = 0x06;
const allow = 0x7fff0000;
const notPermitted = 0x00050001;
const noSuchCall = 0x00050026;
const noSuchFamily = 0x00050061;

/** Offsets in the kernel's `seccomp_data`; of an argument the low half, as both machines are little-endian. */
const offsets = { number: 0, machine: 4 } as const;
const argument = (index: number): number => 16 + index * 8;

type Step = readonly [code: number, isTrue: number, isFalse: number, value: number];

function refuseSetId({ number, mode, flags }: ModeCall): readonly Step[] {
  const ends: readonly Step[] = [
    [load, 0, 0, argument(mode)],
    [ifAnyBit, 0, 1, setIdBits],
    [give, 0, 0, notPermitted],
    [give, 0, 0, allow],
  ];
  const looks: readonly Step[] =
    flags === undefined
      ? ends
      : [
          [load, 0, 0, argument(flags)],
          [ifAnyBit, 1, 0, creates],
          [give, 0, 0, allow],
          ...ends,
        ];
  return [[ifEqual, 0, looks.length, number], ...looks];
}

function knownFamilies(socket: number): readonly Step[] {
  const looks: readonly Step[] = [
    [load, 0, 0, argument(0)],
    ...families.flatMap((family): readonly Step[] => [
      [ifEqual, 0, 1, family],
      [give, 0, 0, allow],
    ]),
    [give, 0, 0, noSuchFamily],
  ];
  return [[ifEqual, 0, looks.length, socket], ...looks];
}

/** A classic BPF program for seccomp(2) that refuses them; undefined for a machine that is not known here. */
export function systemCallFilter(machine: string): Buffer | undefined {
  if (machine !== 'x64' && machine !== 'arm64') return undefined;
  const { audit, ioctl, socket } = machines[machine];
  const steps: readonly Step[] = [
    [load, 0, 0, offsets.machine],
    [ifEqual, 1, 0, audit],
    [give, 0, 0, noSuchCall],
    [load, 0, 0, offsets.number],
    [ifAtLeast, 0, 1, x32],
    [give, 0, 0, noSuchCall],
    ...refused[machine].flatMap((number): readonly Step[] => [
      [ifEqual, 0, 1, number],
      [give, 0, 0, notPermitted],
    ]),
    [ifEqual, 0, 1, openat2],
    [give, 0, 0, noSuchCall],
    ...modeCalls[machine].flatMap(refuseSetId),
    ...knownFamilies(socket),
    [ifEqual, 1, 0, ioctl],
    [give, 0, 0, allow],
    [load, 0, 0, argument(1)],
    ...typing.flatMap((request): readonly Step[] => [
      [ifEqual, 0, 1, request],
      [give, 0, 0, notPermitted],
    ]),
    [give, 0, 0, allow],
  ];
  const program = Buffer.alloc(steps.length * 8);
  for (const [index, [code, isTrue, isFalse, value]] of steps.entries()) {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(isTrue, index * 8 + 2);
    program.writeUInt8(isFalse, index * 8 + 3);
    program.writeUInt32LE(value, index * 8 + 4);
  }
  return program;
}
