/** The exit code after a failure of the disk or of the file: EX_IOERR of sysexits.h. */
export const EXIT_BROKEN = 74
