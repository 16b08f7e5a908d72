// Arguments and figures of the programs in Go: see languages.mjs and worker.mjs.
package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	endpoint = "127.0.0.1:" + os.Args[1]
	verb     = os.Args[2]
	lanes    = number(3)
	path     = os.Args[4]
	nodes    = number(5)
	window   = time.Duration(number(6)) * time.Millisecond
	warmUp   = time.Duration(number(7)) * time.Millisecond
	data     = []byte(strings.Repeat("b", 100))
	done     atomic.Int64
)

func number(at int) int {
	value, err := strconv.Atoi(os.Args[at])
	check(err)
	return value
}

func check(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Does act again and again in so many goroutines.
func loop(act func()) {
	for range lanes {
		go func() {
			for {
				act()
				done.Add(1)
			}
		}()
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func rss() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	check(err)
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	check(err)
	return float64(pages * os.Getpagesize())
}

// Counts the operations of a window, and prints the figures. Resident is the memory to print, or 0 for that of the end;
// more are further fields of JSON.
func printFigures(resident float64, more string) {
	time.Sleep(warmUp)
	before, used, begin := done.Load(), cpu(), time.Now()
	time.Sleep(window)
	count := float64(done.Load() - before)
	spent, seconds := (cpu()-used).Seconds()*1e6, time.Since(begin).Seconds()
	if resident == 0 {
		resident = rss()
	}
	fmt.Printf(`RESULT {"rate":%f,"cpu":%f,"rss":%f%s}`+"\n", count/seconds, spent/count, resident/(1<<20), more)
}

// Prints the median time of act, in milliseconds. What act returns is called between two of them.
func printTimes(act func() func()) {
	times := make([]float64, lanes)
	for i := range times {
		begin := time.Now()
		end := act()
		times[i] = time.Since(begin).Seconds() * 1e3
		end()
		time.Sleep(10 * time.Millisecond)
	}
	slices.Sort(times)
	fmt.Printf(`RESULT {"ms":%f,"rss":%f}`+"\n", times[lanes/2], rss()/(1<<20))
}
