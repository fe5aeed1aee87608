const code = (character: string): number => character.charCodeAt(0)

/** Of the instructions that are refused. */
const NAMES: Readonly<Record<number, string>> = {
  [code('i')]: 'INST, which makes an object of a class',
  [code('o')]: 'OBJ, which makes an object of a class',
  129: 'NEWOBJ, which makes an object of a class',
  146: 'NEWOBJ_EX, which makes an object of a class',
  130: 'EXT1, which names a class by number',
  131: 'EXT2, which names a class by number',
  132: 'EXT4, which names a class by number',
  [code('P')]: 'PERSID',
  [code('I')]: 'INT',
  [code('L')]: 'LONG',
  [code('F')]: 'FLOAT',
  [code('S')]: 'STRING',
  [code('T')]: 'BINSTRING',
  [code('U')]: 'SHORT_BINSTRING',
  [code('V')]: 'UNICODE',
  [code('d')]: 'DICT',
  [code('l')]: 'LIST',
  [code('p')]: 'PUT',
  [code('g')]: 'GET',
  [code('1')]: 'POP_MARK',
  139: 'LONG4',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
}

/** For messages. */
export const nameOf = (opcode: number): string =>
  NAMES[opcode] ?? `0x${opcode.toString(16).padStart(2, '0')}, which is none`
