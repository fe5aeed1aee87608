// The libtorch that this source is written for. Its C++ interface holds within a minor version, not beyond it.
export const supportedMinor = '2.13'
export const wheel = 'torch==2.13.0'
