use super::*;
use futures_util::FutureExt;

const CAPS: Caps = Caps { network: 2, neighbourhood: 3, exempt: Vec::new() };

fn lobby(caps: Caps) -> Arc<Lobby> {
    Lobby::new(caps, Arc::default())
}

fn enter(lobby: &Arc<Lobby>, peer: &str) -> Option<Arc<Seat>> {
    lobby.enter(peer.parse().unwrap())
}

fn is_evicted(seat: &Seat) -> bool {
    seat.evicted().now_or_never().is_some()
}

#[test]
fn the_longest_waiting_goes_and_the_busy_stay() {
    let lobby = lobby(Caps { network: 9, neighbourhood: 9, exempt: Vec::new() });
    let [first, second, third] = [(); 3].map(|()| enter(&lobby, "192.0.2.1").unwrap());
    let busy = first.begin();
    lobby.evict_longest_waiting();
    assert_eq!([&first, &second, &third].map(|seat| is_evicted(seat)), [false, true, false]);
    drop((busy, second));
    lobby.evict_longest_waiting();
    assert_eq!([&first, &third].map(|seat| is_evicted(seat)), [false, true]);
    drop(third);
    lobby.evict_longest_waiting();
    assert!(is_evicted(&first));
    assert_eq!(lobby.counts.cut.of(Cut::MadeRoom).value(), 3);
}

#[test]
fn when_all_are_busy_nobody_goes() {
    let lobby = lobby(CAPS);
    let seats = ["192.0.2.1", "198.51.100.1"].map(|peer| enter(&lobby, peer).unwrap());
    let _busy = [seats[0].begin(), seats[1].begin()];
    lobby.evict_longest_waiting();
    assert!(!seats.iter().any(|seat| is_evicted(seat)));
}

#[test]
fn a_network_that_has_its_share_makes_room_for_its_own() {
    let lobby = lobby(CAPS);
    let stranger = enter(&lobby, "198.51.100.1").unwrap();
    let first = enter(&lobby, "192.0.2.1").unwrap();
    let second = enter(&lobby, "192.0.2.1").unwrap();
    drop(first.begin());
    let third = enter(&lobby, "192.0.2.1").unwrap();
    let evicted = [&stranger, &first, &second, &third].map(|seat| is_evicted(seat));
    assert_eq!(evicted, [false, false, true, false], "the second has waited since before the first was answered");
}

#[test]
fn a_network_whose_share_is_busy_is_refused_and_others_are_not() {
    let lobby = lobby(CAPS);
    let seats = ["192.0.2.1", "192.0.2.1"].map(|peer| enter(&lobby, peer).unwrap());
    let busy = [seats[0].begin(), seats[1].begin()];
    assert!(enter(&lobby, "192.0.2.1").is_none());
    assert_eq!(lobby.counts.cut.of(Cut::Refused).value(), 1);
    assert!(enter(&lobby, "192.0.2.2").is_some());
    drop(busy);
    assert!(enter(&lobby, "192.0.2.1").is_some());
}

#[test]
fn a_neighbourhood_has_a_share_too() {
    let lobby = lobby(CAPS);
    for block in ["192.0.2.", "2001:db8:1:"] {
        let peers = (1..=4).map(|n| format!("{block}{n}{}", if block.contains(':') { "::1" } else { "" }));
        let seats: Vec<_> = peers.map(|peer| enter(&lobby, &peer).unwrap()).collect();
        let evicted: Vec<_> = seats.iter().map(|seat| is_evicted(seat)).collect();
        assert_eq!(evicted, [true, false, false, false], "{block}");
    }
}

#[test]
fn proxies_have_no_share() {
    let lobby = lobby(Caps { exempt: vec!["10.0.0.0/8".parse().unwrap()], ..CAPS });
    let seats: Vec<_> = (0..9).map(|_| enter(&lobby, "::ffff:10.1.2.3").unwrap()).collect();
    assert!(!seats.iter().any(|seat| is_evicted(seat)));
}

#[test]
fn whoever_has_left_is_forgotten() {
    let lobby = lobby(CAPS);
    drop(enter(&lobby, "192.0.2.1").unwrap().begin());
    let left = enter(&lobby, "192.0.2.1").unwrap();
    lobby.evict_longest_waiting();
    drop(left);
    let rooms = lock(&lobby.rooms);
    assert!(rooms.house.is_empty() && rooms.by_network.is_empty());
}
