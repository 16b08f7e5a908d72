// go-zookeeper: its calls wait for their answers, so each lane is a goroutine.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"
)

func connect() *zk.Conn {
	conn, events, err := zk.Connect([]string{endpoint}, 30*time.Second, zk.WithLogInfo(false))
	check(err)
	for event := range events {
		if event.State == zk.StateHasSession {
			return conn
		}
	}
	panic("no session")
}

func get(conn *zk.Conn) {
	_, _, err := conn.Get(path)
	check(err)
}

func set(conn *zk.Conn, path string) {
	_, err := conn.Set(path, data, -1)
	check(err)
}

// Sets nodes that are watched. A goroutine for each waits for its event, reads the node again, and lets the next set
// go.
func watch(conn *zk.Conn) {
	node := func(i int64) string { return fmt.Sprintf("%s%d", path, i%int64(nodes)) }
	before := rss()
	seen := make(chan struct{}, nodes)
	var filled sync.WaitGroup
	filled.Add(nodes)
	for i := range nodes {
		go func() {
			for turn := 0; ; turn++ {
				_, _, changed, err := conn.GetW(node(int64(i)))
				check(err)
				if turn == 0 {
					filled.Done()
				} else {
					seen <- struct{}{}
				}
				<-changed
			}
		}()
	}
	filled.Wait()
	resident := rss()
	var next atomic.Int64
	for range lanes {
		go func() {
			for {
				set(conn, node(next.Add(1)))
				<-seen
				done.Add(1)
			}
		}()
	}
	printFigures(resident, fmt.Sprintf(`,"bytesEach":%f`, (resident-before)/float64(nodes)))
}

func main() {
	if verb == "connect" {
		printTimes(func() func() {
			conn := connect()
			get(conn)
			return conn.Close
		})
		return
	}
	conn := connect()
	switch verb {
	case "watch":
		watch(conn)
		return
	case "get":
		loop(func() { get(conn) })
	case "set":
		loop(func() { set(conn, path) })
	}
	printFigures(0, "")
}
