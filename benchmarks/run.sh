#!/bin/sh
# Builds what is needed and runs one benchmark: benchmarks/run.sh CLASS [FLAGS…], or
# benchmarks/run.sh jmh [JMH ARGUMENTS…]. Prints the machine first, since a figure without one says nothing.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$home"
[ $# -gt 0 ] || { echo "usage: benchmarks/run.sh CLASS [FLAGS…] | jmh [JMH ARGUMENTS…]" >&2; exit 2; }
class=$1
shift

java_home=${RETORT_JAVA_HOME:-${JAVA_HOME:-}}
java=${java_home:+$java_home/bin/}java
if [ "${BENCHMARK_BUILT:-}" != yes ]; then
  ./mvnw -q -pl benchmarks -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/classpath >&2
fi
classpath=benchmarks/target/classes:$(cat benchmarks/target/classpath)

echo "# $(uname -sm), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
echo "# $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $("$java" -version 2>&1 | sed -n 2p)"
case $class in
  jmh) main=org.openjdk.jmh.Main ;;
  *) main=io.retort.benchmarks.$class ;;
esac
exec "$java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED ${BENCHMARK_JVM:-} -cp "$classpath" "$main" "$@"
